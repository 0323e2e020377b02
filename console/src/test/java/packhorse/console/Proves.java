package packhorse.console;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the rows of the process that a test proves, as {@code process-rows.txt} lists them. {@link ProcessRowsTest} holds both together. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Proves {
    /** Such as {@code "PROCESS 3 function Install"}. */
    String[] value();
}
