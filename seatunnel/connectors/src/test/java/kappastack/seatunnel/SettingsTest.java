package kappastack.seatunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private final Map<String, Object> values = new HashMap<>();
    private final Settings settings = Settings.of("Plugin", values);

    @Test
    void readsNumbersWrittenAsText() {
        values.put("rows", "20000");
        values.put("ms", 200);
        values.put("flag", "true");
        values.put("limit", "1e3");
        assertEquals(20000, settings.count("rows", 1, 1));
        assertEquals(200, settings.whole("ms", 1, 1));
        assertEquals(true, settings.flag("flag", false));
        assertEquals(1000.0, settings.number("limit"));
        assertEquals(7, settings.whole("absent", 7, 1));
    }

    @Test
    void findsDottedKeysFlatAndNested() {
        values.put("a.b", "flat");
        values.put("c", Collections.singletonMap("d", "nested"));
        assertEquals("flat", settings.text("a.b"));
        assertEquals("nested", settings.text("c.d"));
    }

    @Test
    void errorsNameKeyValueAndExpectation() {
        values.put("rows", "many");
        values.put("zero", 0);
        values.put("flag", "yes");
        values.put("map", "x");
        for (Runnable reading :
                Arrays.<Runnable>asList(
                        () -> settings.count("rows", 1, 1),
                        () -> settings.count("zero", 1, 1),
                        () -> settings.flag("flag", false),
                        () -> settings.text("absent"),
                        () -> settings.textMap("map"),
                        () -> settings.objects("map"),
                        () -> settings.choice("map", "A", "B"),
                        () -> settings.onlyKnown(Arrays.asList("rows", "zero", "flag")))) {
            String message = assertThrows(IllegalArgumentException.class, reading::run).getMessage();
            assertTrue(message.matches("Plugin: \\w+ .*; expected: .+"), message);
        }
    }

    @Test
    void readsASecretFromAFileWithoutItsLineEnd(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("password");
        Files.write(file, "s3crét \n".getBytes(StandardCharsets.UTF_8));
        assertEquals("s3crét ", Settings.secret(null, file.toString()));
        assertEquals("given", Settings.secret("given", null));
        assertEquals("", Settings.secret(null, null));
        assertThrows(IOException.class, () -> Settings.secret(null, folder.resolve("absent").toString()));
    }

    @Test
    void readsANewSecretAndItsPredecessorFromAFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("password");
        Files.write(file, "new\nold".getBytes(StandardCharsets.UTF_8));
        assertEquals("new", Settings.secret(null, file.toString()));
        assertEquals(Arrays.asList("new", "old"), Settings.secrets(null, file.toString()));
        Files.write(file, new byte[0]);
        assertEquals(Collections.singletonList(""), Settings.secrets(null, file.toString()));
    }
}
