package packhorse.dist.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every source file has the form that palantir-java-format gives it. A test, because the formatter parses with the compiler
 * of the JVM it runs in: tests run on the selected JDK, Maven itself may run on 17, which cannot read record patterns.
 *
 * <p>{@code mvn test -pl dist -am -Dtest=FormatTest -Dsurefire.failIfNoSpecifiedTests=false -Dformat.apply=true} rewrites.
 */
final class FormatTest {
    @Test
    void everySourceIsFormatted() throws IOException, FormatterException {
        Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .formatJavadoc(false)
                .build());
        boolean apply = Boolean.getBoolean("format.apply");
        List<String> unformatted = new ArrayList<>();
        for (Path file : Sources.java()) {
            String source = Sources.read(file);
            String formatted = formatter.formatSource(ImportOrderer.reorderImports(
                    RemoveUnusedImports.removeUnusedImports(source), JavaFormatterOptions.Style.PALANTIR));
            if (!formatted.equals(source)) {
                unformatted.add(Sources.shown(file));
                if (apply) {
                    Files.writeString(file, formatted);
                }
            }
        }
        if (!apply) {
            assertEquals(List.of(), unformatted, "files to format; CONTRIBUTING.md has the command that does it");
        }
    }
}
