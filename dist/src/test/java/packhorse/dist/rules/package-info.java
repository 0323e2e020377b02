/**
 * The rules of the house, held by tests: {@code ArchitectureTest} for who may know whom, {@code TidyTest} for what a source
 * file must not contain and what to write instead, {@code FormatTest} for form.
 */
@NullMarked
package packhorse.dist.rules;

import org.jspecify.annotations.NullMarked;
