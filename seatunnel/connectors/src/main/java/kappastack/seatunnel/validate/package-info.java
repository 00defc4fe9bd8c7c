/** The transform Validate: parses JSON payloads into typed columns and gives a reason for everything that is wrong. */
package kappastack.seatunnel.validate;
