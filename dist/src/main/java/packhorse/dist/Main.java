package packhorse.dist;

/** The program {@code packhorse}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {}
}
