import io.github.melin.superior.parser.starrocks.antlr4.StarRocksLexer;
import io.github.melin.superior.parser.starrocks.antlr4.StarRocksParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.misc.Interval;

/** Parses each given file with StarRocks' grammar. Prints one line for each error: path, line, column, message. */
class CheckStatements {
    public static void main(String[] paths) throws IOException {
        int errors = 0;
        for (String path : paths) {
            for (String error : check(Files.readString(Path.of(path)))) {
                System.out.println(path + ":" + error);
                errors++;
            }
        }
        System.exit(errors == 0 ? 0 : 1);
    }

    private static List<String> check(String text) {
        List<String> errors = new ArrayList<>();
        BaseErrorListener listener = new BaseErrorListener() {
            @Override
            public void syntaxError(Recognizer<?, ?> recognizer, Object symbol, int line, int column, String message,
                    RecognitionException cause) {
                errors.add(line + ":" + column + ": " + message);
            }
        };
        StarRocksLexer lexer = new StarRocksLexer(new UpperCasing(CharStreams.fromString(text)));
        lexer.removeErrorListeners();
        lexer.addErrorListener(listener);
        StarRocksParser parser = new StarRocksParser(new CommonTokenStream(lexer));
        parser.removeErrorListeners();
        parser.addErrorListener(listener);
        StarRocksParser.SqlStatementsContext statements = parser.sqlStatements();
        if (errors.isEmpty() && parser.getCurrentToken().getType() != org.antlr.v4.runtime.Token.EOF) {
            errors.add(parser.getCurrentToken().getLine() + ":0: not read to its end: " + parser.getCurrentToken().getText());
        }
        return errors;
    }

    /** The grammar requires keywords in upper case. The text of names and literals is not changed. */
    private record UpperCasing(CharStream inner) implements CharStream {
        public String getText(Interval interval) { return inner.getText(interval); }
        public void consume() { inner.consume(); }
        public int mark() { return inner.mark(); }
        public void release(int marker) { inner.release(marker); }
        public int index() { return inner.index(); }
        public void seek(int index) { inner.seek(index); }
        public int size() { return inner.size(); }
        public String getSourceName() { return inner.getSourceName(); }
        public int LA(int offset) {
            int symbol = inner.LA(offset);
            return symbol <= 0 ? symbol : Character.toUpperCase(symbol);
        }
    }
}
