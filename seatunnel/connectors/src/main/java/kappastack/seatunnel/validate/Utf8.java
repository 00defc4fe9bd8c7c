package kappastack.seatunnel.validate;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Helpers for text in UTF-8. StarRocks counts the length of a VARCHAR in UTF-8 bytes. */
final class Utf8 {
    private static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    /**
     * Whether the bytes are valid UTF-8. {@code text} is their decoded text: without a replacement character they are
     * valid; with one, which may have been sent, they are decoded again and strictly.
     */
    static boolean isValid(byte[] bytes, String text) {
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

    /** Bytes of the text in UTF-8. An unpaired surrogate counts as U+FFFD, which is written for it. */
    static int length(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            bytes += size(point);
            i += Character.charCount(point);
        }
        return bytes;
    }

    /** The longest prefix of whole characters that has at most {@code most} bytes. */
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

    /** Whether the text contains an unpaired surrogate, which UTF-8 cannot encode. */
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
