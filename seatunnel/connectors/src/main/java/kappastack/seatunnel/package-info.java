/**
 * Plugins for Apache SeaTunnel's Zeta engine: a Pulsar source that hands on every message, a transform that validates
 * JSON payloads, a StarRocks sink that answers for every batch, and a bounded StarRocks source.
 */
package kappastack.seatunnel;
