package kappastack.seatunnel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.configuration.ReadonlyConfig;

/**
 * One plugin's section of a job definition. Errors name the key, the value and what is expected.
 *
 * <p>Numbers and booleans may be written as text ("200"), because placeholders of job definitions are filled with
 * text.
 */
public final class Settings {
    private final String plugin;
    private final Map<String, Object> values;

    private Settings(String plugin, Map<String, Object> values) {
        this.plugin = plugin;
        this.values = values;
    }

    /**
     * @param plugin the plugin's name, for error messages
     * @param config its section as the engine passes it
     */
    public static Settings of(String plugin, ReadonlyConfig config) {
        return new Settings(plugin, config.getSourceMap());
    }

    /**
     * @param plugin owner of the values, for error messages
     * @param values parsed JSON: maps, lists, text, numbers, booleans
     */
    public static Settings of(String plugin, Map<String, Object> values) {
        return new Settings(plugin, values);
    }

    /** Whether the key is present and not null. */
    public boolean has(String key) {
        return find(key) != null;
    }

    /** A required text that is not blank. */
    public String text(String key) {
        String value = text(key, null);
        if (value == null || value.trim().isEmpty()) {
            throw error(key, value, "text that is not blank");
        }
        return value;
    }

    /** Text, or {@code otherwise} if the key is absent. */
    public String text(String key, String otherwise) {
        Object value = find(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Map || value instanceof List) {
            throw error(key, value, "text");
        }
        return String.valueOf(value);
    }

    /** A whole number of at least {@code minimum}, or {@code otherwise} if the key is absent. */
    public long whole(String key, long otherwise, long minimum) {
        Object value = find(key);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(String.valueOf(value).trim());
            if (number >= minimum) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The error below names the key.
        }
        throw error(key, value, "a whole number of at least " + minimum);
    }

    /** A whole number of at least {@code minimum} that fits an int, or {@code otherwise} if the key is absent. */
    public int count(String key, int otherwise, int minimum) {
        long number = whole(key, otherwise, minimum);
        if (number > Integer.MAX_VALUE) {
            throw error(key, number, "a whole number of at most " + Integer.MAX_VALUE);
        }
        return (int) number;
    }

    /** A finite number, or null if the key is absent. */
    public Double number(String key) {
        Object value = find(key);
        if (value == null) {
            return null;
        }
        try {
            double number = Double.parseDouble(String.valueOf(value).trim());
            if (!Double.isNaN(number) && !Double.isInfinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The error below names the key.
        }
        throw error(key, value, "a finite number");
    }

    /** A boolean, or {@code otherwise} if the key is absent. */
    public boolean flag(String key, boolean otherwise) {
        Object value = find(key);
        if (value == null) {
            return otherwise;
        }
        String text = String.valueOf(value).trim();
        if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
            return Boolean.parseBoolean(text);
        }
        throw error(key, value, "true or false");
    }

    /** One of the given words, compared without regard to case; the first is the default. */
    public String choice(String key, String... words) {
        String value = text(key, words[0]);
        for (String word : words) {
            if (word.equalsIgnoreCase(value)) {
                return word;
            }
        }
        throw error(key, value, "one of " + String.join(", ", words));
    }

    /** A list of texts (a single text is a list of one), empty if the key is absent. */
    public List<String> texts(String key) {
        Object value = find(key);
        if (value == null) {
            return Collections.emptyList();
        }
        if (value instanceof Map) {
            throw error(key, value, "a list of texts");
        }
        List<String> texts = new ArrayList<>();
        for (Object item : value instanceof List ? (List<?>) value : Collections.singletonList(value)) {
            if (item == null || item instanceof Map || item instanceof List) {
                throw error(key, value, "a list of texts");
            }
            texts.add(String.valueOf(item));
        }
        return texts;
    }

    /** Texts by name, in the order of the definition; empty if the key is absent. */
    public Map<String, String> textMap(String key) {
        Object value = find(key);
        Map<String, String> texts = new LinkedHashMap<>();
        if (value == null) {
            return texts;
        }
        if (!(value instanceof Map)) {
            throw error(key, value, "an object of names and texts");
        }
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
            if (entry.getValue() instanceof Map || entry.getValue() instanceof List) {
                throw error(key + "." + entry.getKey(), entry.getValue(), "text");
            }
            texts.put(String.valueOf(entry.getKey()), String.valueOf(entry.getValue()));
        }
        return texts;
    }

    /** A list of objects, empty if the key is absent. */
    public List<Settings> objects(String key) {
        Object value = find(key);
        if (value == null) {
            return Collections.emptyList();
        }
        if (!(value instanceof List)) {
            throw error(key, value, "a list of objects");
        }
        List<Settings> objects = new ArrayList<>();
        for (Object item : (List<?>) value) {
            if (!(item instanceof Map)) {
                throw error(key, item, "an object");
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            ((Map<?, ?>) item).forEach((name, field) -> fields.put(String.valueOf(name), field));
            objects.add(new Settings(plugin + "." + key, fields));
        }
        return objects;
    }

    /** Rejects unknown keys, so that a misspelt key is an error. */
    public void onlyKnown(List<String> known) {
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw error(key, values.get(key), "one of the known keys: " + String.join(", ", known));
            }
        }
    }

    /**
     * A secret: {@code value}, or the content of {@code file}, so that the job's definition contains no secret. The file is
     * read at use, so that the secret is never part of a job's plan.
     *
     * @throws IOException if the file cannot be read
     */
    public static String secret(String value, String file) throws IOException {
        return secrets(value, file).get(0);
    }

    /**
     * A secret as {@link #secret}, followed by its predecessor while it is rotated. A file then has one line for each, the
     * newest first, and the server accepts either of them.
     *
     * @return one or two secrets
     * @throws IOException if the file cannot be read
     */
    public static List<String> secrets(String value, String file) throws IOException {
        if (file == null) {
            return Collections.singletonList(value == null ? "" : value);
        }
        List<String> lines = Files.readAllLines(Paths.get(file), StandardCharsets.UTF_8);
        return lines.isEmpty() ? Collections.singletonList("") : lines;
    }

    /** An error about one key. */
    public IllegalArgumentException error(String key, Object value, String expected) {
        return new IllegalArgumentException(
                plugin + ": " + key + (value == null ? " is missing" : " is '" + value + "'") + "; expected: " + expected);
    }

    private Object find(String key) {
        if (values.containsKey(key)) {
            return values.get(key);
        }
        // HOCON turns an unquoted a.b into nested objects.
        Object value = values;
        for (String part : key.split("\\.")) {
            if (!(value instanceof Map)) {
                return null;
            }
            value = ((Map<?, ?>) value).get(part);
        }
        return value;
    }
}
