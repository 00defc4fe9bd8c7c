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
 * Starts Pulsar standalone over a metadata store without what a killed process held.
 *
 * <p>The embedded store knows no sessions: registrations, leadership and ownership of bundles outlive the process that held
 * them. The next start deletes each when it first meets it, and writes it again. Clients are let in meanwhile, so that one
 * thread deletes what another has just written, and where the notice of a deletion comes late, the new lock is taken for
 * lost. For a bookie that repeats itself for ever: Pulsar compares what it wrote with what it finds by {@code
 * BookieServiceInfo}, which has no {@code equals}. Nothing is running yet here, so whatever is ephemeral is dead.
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
