/** The source PulsarMessages: emits every message as it is and keeps positions in checkpoints. */
package kappastack.seatunnel.pulsar;
