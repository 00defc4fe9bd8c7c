package kappastack.seatunnel.query;

import org.apache.seatunnel.api.source.SourceSplit;

/** The only split: the whole result. */
final class QuerySplit implements SourceSplit {
    private static final long serialVersionUID = 1L;

    @Override
    public String splitId() {
        return "result";
    }
}
