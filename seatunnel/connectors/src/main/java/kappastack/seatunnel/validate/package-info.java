/** A transform that turns JSON payloads into typed columns and says of each row what is wrong with it. */
package kappastack.seatunnel.validate;
