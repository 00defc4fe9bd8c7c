"""How Java services are started: memory, module openings, and what every one of them shares."""

from collections.abc import Sequence

_OPENS = (
    "java.base/java.io",
    "java.base/java.lang",
    "java.base/java.lang.invoke",
    "java.base/java.math",
    "java.base/java.net",
    "java.base/java.nio",
    "java.base/java.time",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.zip",
    "java.base/jdk.internal.misc",
    "java.base/jdk.internal.platform",
    "java.base/sun.net",
    "java.base/sun.nio.ch",
    "java.management/sun.management",
    "jdk.management/com.sun.management.internal",
)
"""What BookKeeper, Netty and Hazelcast reach by reflection; closed since Java 17."""


def java(
    main: str,
    *,
    class_path: str,
    heap: int,
    options: Sequence[str] = (),
    arguments: Sequence[str] = (),
) -> tuple[str, ...]:
    """The command of a Java service.

    Args:
        main: the class to run.
        class_path: may hold placeholders.
        heap: the largest heap in MiB; the JVM starts small and grows into it.
        options: further options of the JVM.
        arguments: what the class is given.
    """
    opens = [part for package in _OPENS for part in ("--add-opens", f"{package}=ALL-UNNAMED")]
    return (
        "@{java}",
        "-Xms64m",
        f"-Xmx{heap}m",
        # One collector thread: on a small machine the parallel ones cost more memory than they save time.
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        # Class data sharing for the JDK's own classes is on by default; the archive of ours is not worth its disk.
        "-Djava.net.preferIPv4Stack=true",
        "-Djava.io.tmpdir=@{tmp}",
        "-Dfile.encoding=UTF-8",
        "-Duser.timezone=UTC",
        *opens,
        *options,
        "-cp",
        class_path,
        main,
        *arguments,
    )


def properties(**values: object) -> str:
    """A `.properties` file; booleans in Java's spelling."""
    lines = (f"{key}={str(value).lower() if isinstance(value, bool) else value}" for key, value in values.items())
    return "\n".join(lines) + "\n"


LOG4J2_CONSOLE = """\
status = warn
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_OUT
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z'}{UTC} %-5p [%t] %c{1.} - %m%n
"""
