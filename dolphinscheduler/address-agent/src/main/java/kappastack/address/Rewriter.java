package kappastack.address;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Rewrites the classes that the options name, and those that bind listening sockets. */
final class Rewriter implements ClassFileTransformer {
    /** The JDK binds every listening TCP socket through one of these. */
    static final Set<String> JDK = Collections.unmodifiableSet(new HashSet<>(Arrays.asList(
            "java/net/ServerSocket",
            "sun/nio/ch/ServerSocketChannelImpl",
            "sun/nio/ch/AsynchronousServerSocketChannelImpl")));

    private static final String ADDRESS = "Ljava/net/SocketAddress;";

    private final Options options;

    Rewriter(Options options) {
        this.options = options;
    }

    @Override
    public byte[] transform(
            ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] classFile) {
        if (name == null || !isRewritten(name)) {
            return null;
        }
        try {
            return rewritten(name, classFile);
        } catch (RuntimeException error) {
            // A server that listens on all addresses would be a security risk, so the JVM ends.
            System.err.println("address agent: " + name + " cannot be rewritten: " + error);
            System.exit(Ending.EXIT_CODE);
            return null;
        }
    }

    private boolean isRewritten(String name) {
        return bindPrefix(name) != null
                || !options.methodsOf(name).isEmpty()
                || !options.lastOf(name).isEmpty()
                || !options.firstOf(name).isEmpty()
                || options.minutesOf(name) != null;
    }

    /** The beginning of the descriptor of {@code bind} to rewrite. Netty's native transports bypass the JDK's classes. */
    private static String bindPrefix(String name) {
        if (JDK.contains(name)) {
            return "(" + ADDRESS + "I)";
        }
        return name.endsWith("netty/bootstrap/AbstractBootstrap") ? "(" + ADDRESS + ")" : null;
    }

    byte[] rewritten(String name, byte[] classFile) {
        String bind = bindPrefix(name);
        Set<String> advertising = options.methodsOf(name);
        Set<String> last = options.lastOf(name);
        Set<String> unfound = new HashSet<>(options.firstOf(name).keySet());
        unfound.addAll(last);
        Long milliseconds = options.minutesOf(name);
        boolean[] replaced = {milliseconds == null};
        ClassReader reader = new ClassReader(classFile);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(
                    int access, String method, String descriptor, String signature, String[] exceptions) {
                MethodVisitor next = super.visitMethod(access, method, descriptor, signature, exceptions);
                if (advertising.contains(method) && descriptor.equals("()Ljava/lang/String;")) {
                    next.visitCode();
                    next.visitLdcInsn(options.advertise);
                    next.visitInsn(Opcodes.ARETURN);
                    next.visitMaxs(1, 1);
                    next.visitEnd();
                    return null;
                }
                if (milliseconds != null) {
                    next = new Minutes(next, milliseconds, replaced);
                }
                if (descriptor.equals("()V") && options.firstOf(name).containsKey(method)) {
                    unfound.remove(method);
                    next = new FirstCall(next, name, options.firstOf(name).get(method));
                }
                if (last.contains(method)) {
                    unfound.remove(method);
                    return new Epilogue(next, name.replace('/', '.') + "#" + method);
                }
                boolean binds = bind != null
                        && method.equals("bind")
                        && descriptor.startsWith(bind)
                        && (access & (Opcodes.ACC_STATIC | Opcodes.ACC_ABSTRACT)) == 0;
                return binds ? new Prologue(next) : next;
            }
        }, 0);
        if (!unfound.isEmpty()) {
            throw new IllegalStateException("it has no methods " + unfound + " with the expected parameters");
        }
        if (!replaced[0]) {
            throw new IllegalStateException("it does not call Duration.ofMinutes");
        }
        return writer.toByteArray();
    }

    /** Inserts {@code this.other()} at the beginning. */
    private static final class FirstCall extends MethodVisitor {
        private final String owner;
        private final String other;

        FirstCall(MethodVisitor next, String owner, String other) {
            super(Opcodes.ASM9, next);
            this.owner = owner;
            this.other = other;
        }

        @Override
        public void visitCode() {
            super.visitCode();
            visitVarInsn(Opcodes.ALOAD, 0);
            visitMethodInsn(Opcodes.INVOKEVIRTUAL, owner, other, "()V", false);
        }
    }

    /** Replaces {@code Duration.ofMinutes(n)} by {@code Duration.ofMillis(milliseconds)}. */
    private static final class Minutes extends MethodVisitor {
        private final long milliseconds;
        private final boolean[] replaced;

        Minutes(MethodVisitor next, long milliseconds, boolean[] replaced) {
            super(Opcodes.ASM9, next);
            this.milliseconds = milliseconds;
            this.replaced = replaced;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (!owner.equals("java/time/Duration") || !name.equals("ofMinutes")) {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
                return;
            }
            replaced[0] = true;
            visitInsn(Opcodes.POP2);
            visitLdcInsn(milliseconds);
            super.visitMethodInsn(opcode, owner, "ofMillis", descriptor, isInterface);
        }
    }

    /** Inserts {@code Ending.after(method)} before each return. */
    private static final class Epilogue extends MethodVisitor {
        private final String method;

        Epilogue(MethodVisitor next, String method) {
            super(Opcodes.ASM9, next);
            this.method = method;
        }

        @Override
        public void visitInsn(int opcode) {
            if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
                visitLdcInsn(method);
                visitMethodInsn(
                        Opcodes.INVOKESTATIC, "kappastack/address/Ending", "after", "(Ljava/lang/String;)V", false);
            }
            super.visitInsn(opcode);
        }
    }

    /** Inserts {@code address = Addresses.replace(this, address)} at the beginning. */
    private static final class Prologue extends MethodVisitor {
        Prologue(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitCode() {
            super.visitCode();
            visitVarInsn(Opcodes.ALOAD, 0);
            visitVarInsn(Opcodes.ALOAD, 1);
            visitMethodInsn(
                    Opcodes.INVOKESTATIC,
                    "kappastack/address/Addresses",
                    "replace",
                    "(Ljava/lang/Object;" + ADDRESS + ")" + ADDRESS,
                    false);
            visitVarInsn(Opcodes.ASTORE, 1);
        }
    }
}
