package packhorse.core;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a package that only decides: values in, values out. No I/O, no clock, no threads, no third-party types but
 * JSpecify's annotations; time and chance arrive as arguments. A pure package uses only the JDK's value types and other
 * pure packages, so the simulator can run it unchanged. The architecture test holds every marked package to this.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PACKAGE)
public @interface Pure {}
