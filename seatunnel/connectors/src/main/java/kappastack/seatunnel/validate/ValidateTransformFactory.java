package kappastack.seatunnel.validate;

import java.util.Arrays;
import java.util.List;
import kappastack.seatunnel.Settings;
import org.apache.seatunnel.api.configuration.util.OptionRule;
import org.apache.seatunnel.api.table.connector.TableTransform;
import org.apache.seatunnel.api.table.factory.TableTransformFactory;
import org.apache.seatunnel.api.table.factory.TableTransformFactoryContext;
import org.apache.seatunnel.api.transform.SeaTunnelTransform;

/** Creates the transform {@code Validate}. The README of this Maven project lists its options. */
public final class ValidateTransformFactory implements TableTransformFactory {
    private static final List<String> KNOWN =
            Arrays.asList(
                    "plugin_name",
                    "source_table_name",
                    "result_table_name",
                    "parallelism",
                    "payload_field",
                    "columns",
                    "require_any_of",
                    "truncate_bytes");

    @Override
    public String factoryIdentifier() {
        return ValidateTransform.PLUGIN;
    }

    @Override
    public OptionRule optionRule() {
        return OptionRule.builder().build();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> TableTransform<T> createTransform(TableTransformFactoryContext context) {
        Settings settings = Settings.of(ValidateTransform.PLUGIN, context.getOptions());
        settings.onlyKnown(KNOWN);
        return () -> (SeaTunnelTransform<T>) new ValidateTransform(settings, context.getCatalogTables().get(0));
    }
}
