/**
 * Plugins for Apache SeaTunnel's Zeta engine: a Pulsar source that emits every message, a transform that validates JSON
 * payloads, a StarRocks sink that confirms every batch, and a bounded StarRocks source.
 */
package kappastack.seatunnel;
