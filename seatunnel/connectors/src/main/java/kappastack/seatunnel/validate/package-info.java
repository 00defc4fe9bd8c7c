/** The transform Validate: parses JSON payloads into typed columns and reports every error. */
package kappastack.seatunnel.validate;
