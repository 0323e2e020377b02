/**
 * Reads YAML configuration into records: every value with its line and column, every unknown key refused.
 */
@NullMarked
package packhorse.core.config;

import org.jspecify.annotations.NullMarked;
