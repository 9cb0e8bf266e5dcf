// Compares Dashboard Studio views with the schema that Splunk's packages publish:
// node check.mjs FILE.xml ... says what is wrong, and exits with 1 if anything is.
import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const require = createRequire(import.meta.url);
// These come with the packages that package.json names, at the versions of package-lock.json.
const { createSchemaBasedOnDicts } = require('@splunk/dashboard-definition');
const { migrateToTabsLayout } = require('@splunk/dashboard-utils');
const { DashboardValidator } = require('@splunk/dashboard-validation');

const visualizations = Object.fromEntries(
    readdirSync(dirname(require.resolve('@splunk/visualizations/Table.config')))
        .filter((file) => file.endsWith('.config.js'))
        .map((file) => require(`@splunk/visualizations/${file}`).default)
        .map((config) => [config.key, config.optionsSchema]),
);
const search = require('@splunk/datasources/SplunkSearchOptionsSchema').default;
const kinds = {
    visualizations,
    dataSources: {
        'ds.search': search,
        // Under the key extend stands a whole schema, here as in Splunk's own.
        'ds.chain': {
            extend: {
                type: 'object',
                // Documented ("Setting tokens from search results"), and turned on by a feature flag.
                properties: { query: search.query, extend: { type: 'string' }, enableSmartSources: { type: 'boolean' } },
                required: ['query', 'extend'],
                additionalProperties: false,
            },
        },
    },
    inputs: {
        'input.dropdown': require('@splunk/dashboard-inputs/Select/SelectSchema').default,
        'input.timerange': { token: { type: 'string' }, defaultValue: { type: 'string' } },
    },
};
// Ajv tells of looseness in Splunk's own schema; that is not about the views.
const warn = console.warn;
console.warn = (...words) => String(words[0]).startsWith('strict mode:') || warn(...words);
const validator = new DashboardValidator();
const failed = validator.setSchema(
    createSchemaBasedOnDicts({
        visualizationDict: kinds.visualizations,
        dataSourceDict: kinds.dataSources,
        inputDict: kinds.inputs,
        layoutDict: { grid: require('@splunk/dashboard-layouts/commonLayoutOptionsSchema').default },
    }),
);
if (failed) throw failed;

// The schema lets options pass that it does not know; here they are mistakes.
function* unknownOptions(definition) {
    for (const [kind, known] of Object.entries(kinds)) {
        for (const [id, part] of Object.entries(definition[kind] ?? {})) {
            const schema = known[part.type];
            if (!schema) yield `/${kind}/${id}: there is no type ${part.type}`;
            for (const name of Object.keys((!schema?.extend && part.options) || {})) {
                if (schema && !(name in schema)) yield `/${kind}/${id}/options: ${part.type} has no option ${name}`;
            }
        }
    }
}

function* mistakes(text) {
    const found = /<definition><!\[CDATA\[([\s\S]*)\]\]><\/definition>/.exec(text);
    if (!found) return yield 'there is no definition';
    const given = JSON.parse(found[1]);
    // The older form of a layout, which Splunk 9.3 reads; newer ones change it when they load it.
    const { success, definition } = migrateToTabsLayout({ definition: given });
    if (!success) return yield 'its layout cannot be read';
    yield* unknownOptions(definition);
    const errors = validator.validate(definition) ?? [];
    for (const error of Array.isArray(errors) ? errors : Object.values(errors).flat()) {
        yield `${error.instancePath ?? error.dataPath ?? ''}: ${error.message ?? JSON.stringify(error)}`;
    }
}

let count = 0;
for (const file of process.argv.slice(2)) {
    for (const mistake of mistakes(readFileSync(file, 'utf8'))) {
        count += 1;
        console.log(`${file}: ${mistake}`);
    }
}
console.log(count ? `${count} mistakes` : `${process.argv.length - 2} views fit Splunk's schema`);
process.exitCode = count ? 1 : 0;
