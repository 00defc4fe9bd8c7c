package kappastack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Optional;
import org.apache.pulsar.PulsarStandaloneStarter;
import org.apache.pulsar.metadata.api.MetadataStoreConfig;
import org.apache.pulsar.metadata.api.MetadataStoreException;
import org.apache.pulsar.metadata.api.extended.MetadataStoreExtended;

/**
 * Starts Pulsar standalone over a metadata store without registrations of bookies that died.
 *
 * <p>A bookie that is killed leaves its registration in the embedded store, which knows no sessions. The next start deletes
 * and writes it again; where the notice of that deletion comes late, the lock is taken for lost, deleted and written again,
 * and so on for ever: Pulsar compares what it wrote with what it finds by {@code BookieServiceInfo}, which has no {@code
 * equals}. The loop takes a whole core and fills the log. Nothing is running yet here, so every registration is a dead one.
 */
public final class Standalone {
    private static final String REGISTRATIONS = "/ledgers/available";
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
            removeRegistrations(metadata);
        }
        PulsarStandaloneStarter.main(arguments);
    }

    private static void removeRegistrations(Path metadata) throws Exception {
        MetadataStoreConfig config = MetadataStoreConfig.builder().build();
        try (MetadataStoreExtended store = MetadataStoreExtended.create("rocksdb://" + metadata, config)) {
            for (String bookie : store.getChildren(REGISTRATIONS).join()) {
                String path = REGISTRATIONS + "/" + bookie;
                if (store.exists(path).join() && store.getChildren(path).join().isEmpty()) {
                    store.delete(path, Optional.empty()).join();
                    System.out.println("Removed the registration of a bookie that was not stopped: " + path);
                }
            }
        } catch (MetadataStoreException error) {
            throw new IllegalStateException("The metadata store in " + metadata + " cannot be opened", error);
        }
    }
}
