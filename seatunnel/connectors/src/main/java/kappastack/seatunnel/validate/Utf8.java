package kappastack.seatunnel.validate;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Questions about text in UTF-8, whose length in bytes is what a StarRocks VARCHAR counts. */
final class Utf8 {
    private static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    /**
     * Whether {@code text}, decoded from {@code bytes}, is exactly what the bytes say. A replacement character may be the
     * decoder's work or may have been sent, so only then the bytes are looked at again.
     */
    static boolean isExact(byte[] bytes, String text) {
        if (text.indexOf(REPLACEMENT) < 0) {
            return true;
        }
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** How many bytes the text takes; an unpaired surrogate counts as the replacement character that is written for it. */
    static int length(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            bytes += size(point);
            i += Character.charCount(point);
        }
        return bytes;
    }

    /** The text, cut at a character so that it takes at most {@code most} bytes. */
    static String truncate(String text, int most) {
        if (text.length() <= most / 3) {
            return text;
        }
        int bytes = 0;
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            bytes += size(point);
            if (bytes > most) {
                return text.substring(0, i);
            }
            i += Character.charCount(point);
        }
        return text;
    }

    /** Whether the text holds half of a surrogate pair, which no UTF-8 can express. */
    static boolean hasUnpairedSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isHighSurrogate(text.charAt(i))
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    private static int size(int point) {
        return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }
}
