/** The StarRocks sink: batches of JSON by Stream Load. */
package kappastack.seatunnel.starrocks;
