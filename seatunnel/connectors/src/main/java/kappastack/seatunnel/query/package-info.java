/** A bounded source: the result of one query over StarRocks' MySQL protocol. */
package kappastack.seatunnel.query;
