/** The Pulsar source: every message as it is, positions in checkpoints. */
package kappastack.seatunnel.pulsar;
