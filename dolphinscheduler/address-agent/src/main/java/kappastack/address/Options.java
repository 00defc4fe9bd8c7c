package kappastack.address;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the agent is told: {@code bind=ADDRESS;advertise=HOST;methods=pkg.Class#method,…}.
 *
 * <p>{@code bind} is the numeric address that takes the place of the wildcard address; the wildcard itself leaves
 * binding alone. {@code advertise} is what each of {@code methods} returns instead of what it found out; they take no
 * argument and return a String.
 */
final class Options {
    final String bind;
    final String advertise;
    private final Map<String, Set<String>> methods;

    private Options(String bind, String advertise, Map<String, Set<String>> methods) {
        this.bind = bind;
        this.advertise = advertise;
        this.methods = methods;
    }

    /**
     * Reads the agent's argument.
     *
     * @throws IllegalArgumentException where it is not as described, naming the part
     */
    static Options parse(String argument) {
        Map<String, String> parts = new HashMap<>();
        for (String part : (argument == null ? "" : argument).split(";")) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("address agent: '" + part + "' is not NAME=VALUE");
            }
            parts.put(part.substring(0, equals), part.substring(equals + 1));
        }
        Map<String, Set<String>> methods = new HashMap<>();
        for (String method : required(parts, "methods").split(",")) {
            int hash = method.indexOf('#');
            if (hash < 1 || hash == method.length() - 1) {
                throw new IllegalArgumentException("address agent: '" + method + "' is not pkg.Class#method");
            }
            methods.computeIfAbsent(method.substring(0, hash).replace('.', '/'), name -> new HashSet<>())
                    .add(method.substring(hash + 1));
        }
        Options options = new Options(required(parts, "bind"), required(parts, "advertise"), methods);
        if (!parts.isEmpty()) {
            throw new IllegalArgumentException("address agent: unknown " + parts.keySet() + "; known are bind, advertise, methods");
        }
        return options;
    }

    private static String required(Map<String, String> parts, String name) {
        String value = parts.remove(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("address agent: " + name + "= is missing");
        }
        return value;
    }

    /** The methods of a class (internal name) that shall return {@link #advertise}. */
    Set<String> methodsOf(String internalName) {
        return methods.getOrDefault(internalName, Collections.<String>emptySet());
    }
}
