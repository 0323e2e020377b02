package packhorse.console.json;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/**
 * Names a type with its parameters, for reading: {@code new Shape<List<WaveId>>() {}}.
 *
 * @param <T> the type
 */
public abstract class Shape<T> {
    private final Type type;

    protected Shape() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType self)) {
            throw new IllegalStateException("a shape names its type: new Shape<List<WaveId>>() {}");
        }
        this.type = self.getActualTypeArguments()[0];
    }

    final Type type() {
        return type;
    }
}
