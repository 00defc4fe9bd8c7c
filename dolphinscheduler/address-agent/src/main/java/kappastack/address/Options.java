package kappastack.address;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the agent is told: {@code bind=ADDRESS;advertise=HOST;methods=pkg.Class#method,…;last=pkg.Class#method,…}.
 *
 * <p>{@code bind} is the numeric address that takes the place of the wildcard address; the wildcard itself leaves
 * binding alone. {@code advertise} is what each of {@code methods} returns instead of what it found out; they take no
 * argument and return a String. After each of {@code last}, which may be left out, the JVM ends: they return nothing.
 */
final class Options {
    final String bind;
    final String advertise;
    private final Map<String, Set<String>> methods;
    private final Map<String, Set<String>> last;

    private Options(
            String bind, String advertise, Map<String, Set<String>> methods, Map<String, Set<String>> last) {
        this.bind = bind;
        this.advertise = advertise;
        this.methods = methods;
        this.last = last;
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
        Map<String, Set<String>> methods = methods(required(parts, "methods"));
        String last = parts.remove("last");
        Options options = new Options(
                required(parts, "bind"),
                required(parts, "advertise"),
                methods,
                last == null ? Collections.<String, Set<String>>emptyMap() : methods(last));
        if (!parts.isEmpty()) {
            throw new IllegalArgumentException(
                    "address agent: unknown " + parts.keySet() + "; known are bind, advertise, methods, last");
        }
        return options;
    }

    private static Map<String, Set<String>> methods(String listed) {
        Map<String, Set<String>> methods = new HashMap<>();
        for (String method : listed.split(",")) {
            int hash = method.indexOf('#');
            if (hash < 1 || hash == method.length() - 1) {
                throw new IllegalArgumentException("address agent: '" + method + "' is not pkg.Class#method");
            }
            methods.computeIfAbsent(method.substring(0, hash).replace('.', '/'), name -> new HashSet<>())
                    .add(method.substring(hash + 1));
        }
        return methods;
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

    /** The methods of a class (internal name) after which the JVM ends. */
    Set<String> lastOf(String internalName) {
        return last.getOrDefault(internalName, Collections.<String>emptySet());
    }
}
