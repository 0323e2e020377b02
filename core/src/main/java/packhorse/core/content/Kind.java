package packhorse.core.content;

/** What a release is: a package installed into a running system, or an image that becomes one. */
public enum Kind {
    PACKAGE,
    IMAGE
}
