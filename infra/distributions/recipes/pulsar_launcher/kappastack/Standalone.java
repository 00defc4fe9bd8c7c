package kappastack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.pulsar.PulsarStandaloneStarter;
import org.apache.pulsar.metadata.api.GetResult;
import org.apache.pulsar.metadata.api.MetadataStoreConfig;
import org.apache.pulsar.metadata.api.MetadataStoreException;
import org.apache.pulsar.metadata.api.extended.MetadataStoreExtended;

/**
 * Deletes a killed process's ephemeral nodes from the metadata store, then starts Pulsar standalone.
 *
 * <p>The embedded store has no sessions: registrations, leadership and ownership of bundles outlive their process. At
 * the next start, Pulsar deletes and rewrites each node when it first reads it. It accepts clients meanwhile, so one
 * thread may delete a node that another thread has just written; after a late deletion event, Pulsar considers the new
 * lock lost. For a bookie this repeats endlessly: Pulsar compares the written value with the stored one by {@code
 * BookieServiceInfo}, which has no {@code equals}. No other process uses the store at this point, so all ephemeral
 * nodes are stale.
 */
public final class Standalone {
    private static final List<String> HELD = Collections.unmodifiableList(
            Arrays.asList("/ledgers/available", "/ledgers/underreplication", "/loadbalance", "/namespace"));
    private static final String METADATA = "--metadata-dir";

    private Standalone() {}

    /** Takes the arguments of {@code PulsarStandaloneStarter}; {@code --metadata-dir} is required. */
    public static void main(String[] arguments) throws Exception {
        int option = Arrays.asList(arguments).indexOf(METADATA);
        if (option < 0 || option + 1 >= arguments.length) {
            throw new IllegalArgumentException(METADATA + " is missing: expected the folder of the metadata store");
        }
        Path metadata = Paths.get(arguments[option + 1]).toAbsolutePath();
        if (Files.isDirectory(metadata)) {
            releaseAll(metadata);
        }
        PulsarStandaloneStarter.main(arguments);
    }

    private static void releaseAll(Path metadata) throws Exception {
        MetadataStoreConfig config = MetadataStoreConfig.builder().build();
        try (MetadataStoreExtended store = MetadataStoreExtended.create("rocksdb://" + metadata, config)) {
            for (String path : HELD) {
                release(store, path);
            }
        } catch (MetadataStoreException error) {
            throw new IllegalStateException("The metadata store in " + metadata + " cannot be opened", error);
        }
    }

    private static void release(MetadataStoreExtended store, String path) {
        for (String child : store.getChildren(path).join()) {
            release(store, path + "/" + child);
        }
        Optional<GetResult> found = store.get(path).join();
        if (found.isPresent() && found.get().getStat().isEphemeral()) {
            store.delete(path, Optional.empty()).join();
        }
    }
}
