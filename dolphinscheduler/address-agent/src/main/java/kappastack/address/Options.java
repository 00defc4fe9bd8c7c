package kappastack.address;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The agent's options: {@code bind=ADDRESS;advertise=HOST;methods=pkg.Class#method,…;last=pkg.Class#method,…;
 * first=pkg.Class#method>other,…;minutes=pkg.Class#MILLISECONDS,…}.
 *
 * <p>{@code bind} is the numeric address that replaces the wildcard address; the wildcard address itself changes nothing.
 * {@code advertise} is the result of each method in {@code methods}; these methods have no parameter and return a String.
 * {@code last} is optional: the JVM ends after a call of any of its methods. {@code first} is optional: the method
 * before {@code >} begins with a call of the method after it; both have no parameter and return nothing.
 * {@code minutes} is optional: each {@code Duration.ofMinutes} in the class results in this number of milliseconds.
 */
final class Options {
    final String bind;
    final String advertise;
    private final Map<String, Set<String>> methods;
    private final Map<String, Set<String>> last;
    private final Map<String, Map<String, String>> first;
    private final Map<String, Long> minutes;

    private Options(
            String bind,
            String advertise,
            Map<String, Set<String>> methods,
            Map<String, Set<String>> last,
            Map<String, Map<String, String>> first,
            Map<String, Long> minutes) {
        this.bind = bind;
        this.advertise = advertise;
        this.methods = methods;
        this.last = last;
        this.first = first;
        this.minutes = minutes;
    }

    /**
     * Parses the agent's argument.
     *
     * @throws IllegalArgumentException if the argument is malformed; the message names the part
     */
    static Options parse(String argument) {
        Map<String, String> parts = new HashMap<>();
        for (String part : (argument == null ? "" : argument).split(";")) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("address agent: '" + part + "' is malformed; expected: NAME=VALUE");
            }
            parts.put(part.substring(0, equals), part.substring(equals + 1));
        }
        Map<String, Set<String>> methods = methods(required(parts, "methods"));
        String last = parts.remove("last");
        String first = parts.remove("first");
        String minutes = parts.remove("minutes");
        Options options = new Options(
                required(parts, "bind"),
                required(parts, "advertise"),
                methods,
                last == null ? Collections.<String, Set<String>>emptyMap() : methods(last),
                first == null ? Collections.<String, Map<String, String>>emptyMap() : calls(first),
                minutes == null ? Collections.<String, Long>emptyMap() : milliseconds(minutes));
        if (!parts.isEmpty()) {
            throw new IllegalArgumentException(
                    "address agent: unknown " + parts.keySet() + "; known are bind, advertise, methods, last, first, minutes");
        }
        return options;
    }

    private static Map<String, Set<String>> methods(String listed) {
        Map<String, Set<String>> methods = new HashMap<>();
        for (String method : listed.split(",")) {
            int hash = method.indexOf('#');
            if (hash < 1 || hash == method.length() - 1) {
                throw new IllegalArgumentException("address agent: '" + method + "' is malformed; expected: pkg.Class#method");
            }
            methods.computeIfAbsent(method.substring(0, hash).replace('.', '/'), name -> new HashSet<>())
                    .add(method.substring(hash + 1));
        }
        return methods;
    }

    private static Map<String, Map<String, String>> calls(String listed) {
        Map<String, Map<String, String>> calls = new HashMap<>();
        for (String each : listed.split(",")) {
            String[] words = each.split("[#>]", -1);
            if (!each.matches("[^#>]+#[^#>]+>[^#>]+")) {
                throw new IllegalArgumentException(
                        "address agent: '" + each + "' is malformed; expected: pkg.Class#method>other");
            }
            calls.computeIfAbsent(words[0].replace('.', '/'), name -> new HashMap<>()).put(words[1], words[2]);
        }
        return calls;
    }

    private static Map<String, Long> milliseconds(String listed) {
        Map<String, Long> milliseconds = new HashMap<>();
        for (String each : listed.split(",")) {
            int hash = each.indexOf('#');
            if (hash < 1 || !each.substring(hash + 1).matches("[1-9][0-9]{0,11}")) {
                throw new IllegalArgumentException(
                        "address agent: '" + each + "' is malformed; expected: pkg.Class#MILLISECONDS, at least 1");
            }
            milliseconds.put(each.substring(0, hash).replace('.', '/'), Long.valueOf(each.substring(hash + 1)));
        }
        return milliseconds;
    }

    private static String required(Map<String, String> parts, String name) {
        String value = parts.remove(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("address agent: " + name + "= is missing");
        }
        return value;
    }

    /** The methods of a class (internal name) that return {@link #advertise}. */
    Set<String> methodsOf(String internalName) {
        return methods.getOrDefault(internalName, Collections.<String>emptySet());
    }

    /** The methods of a class (internal name) after which the JVM ends. */
    Set<String> lastOf(String internalName) {
        return last.getOrDefault(internalName, Collections.<String>emptySet());
    }

    /** The methods of a class (internal name) that begin with a call, and the called method of each. */
    Map<String, String> firstOf(String internalName) {
        return first.getOrDefault(internalName, Collections.<String, String>emptyMap());
    }

    /** The milliseconds that replace the minutes in a class (internal name), or null. */
    Long minutesOf(String internalName) {
        return minutes.get(internalName);
    }
}
