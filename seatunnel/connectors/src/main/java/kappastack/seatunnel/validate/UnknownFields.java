package kappastack.seatunnel.validate;

import java.util.TreeSet;

/** The names of a payload's fields that no column declares: sorted, each once. Not thread-safe. */
final class UnknownFields {
    /** More names than this are counted, but not listed: a hostile payload may contain any number of names. */
    static final int MOST_NAMES = 20;

    private final TreeSet<String> names = new TreeSet<>();
    private int unlisted;

    void add(String name) {
        String shown = Reasons.show(name);
        if (names.size() < MOST_NAMES) {
            names.add(shown);
        } else if (!names.contains(shown)) {
            unlisted++;
        }
    }

    void clear() {
        names.clear();
        unlisted = 0;
    }

    /** {@code battery, firmware}, or {@code …, and 3 more}; null if there is none. */
    String text() {
        if (names.isEmpty()) {
            return null;
        }
        String listed = String.join(", ", names);
        return unlisted == 0 ? listed : listed + ", and " + unlisted + " more";
    }
}
