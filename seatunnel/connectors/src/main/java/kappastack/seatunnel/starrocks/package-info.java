/** The sink StarRocks: batches of JSON by Stream Load. */
package kappastack.seatunnel.starrocks;
