"""The command line of Java services: memory, opened modules, common JVM options."""

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
"""Packages that BookKeeper, Netty and Hazelcast access by reflection, which Java 17 refuses by default."""

QUICK_COMPILER = "-XX:TieredStopAtLevel=1"
"""JVM option for C1 only, without C2. A start needs about half of the processor time, but hot code runs slower."""


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
        main: name of the main class.
        class_path: class path; may contain placeholders.
        heap: maximum heap in MiB; the initial heap is 64 MiB.
        options: further JVM options.
        arguments: arguments of the main class.
    """
    opens = [part for package in _OPENS for part in ("--add-opens", f"{package}=ALL-UNNAMED")]
    return (
        "@{java}",
        "-Xms64m",
        f"-Xmx{heap}m",
        # On a small machine, the memory that parallel collectors need outweighs the time that they save.
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        # Class data sharing of JDK classes is on by default. An archive of application classes would shorten the start
        # only slightly, but need much disk space.
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
    """The text of a `.properties` file; booleans become `true` and `false`."""
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
