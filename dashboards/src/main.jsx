import { page } from './config'; // first: the packages below read what it sets
import React from 'react';
import { createRoot } from 'react-dom/client';
import DashboardCore from '@splunk/dashboard-core';
import { DashboardContextProvider } from '@splunk/dashboard-context';
import EnterprisePreset from '@splunk/dashboard-presets/EnterpriseViewOnlyPreset';
import SplunkThemeProvider from '@splunk/themes/SplunkThemeProvider';

function Dashboard() {
    return (
        <SplunkThemeProvider family="enterprise" colorScheme={page.theme} density="comfortable">
            <DashboardContextProvider
                // As in Splunk: a data source may give its first result as tokens (docs/dashboards.md).
                featureFlags={{ enableSmartSourceDS: true }}
                preset={EnterprisePreset}
                initialDefinition={page.definition}
                initialMode="view"
                dataSourceContext={{ app: page.app, owner: page.user }}
                timezone={{ serializedTimezone: page.timezone }}
            >
                <DashboardCore width="100%" height="auto" />
            </DashboardContextProvider>
        </SplunkThemeProvider>
    );
}

createRoot(document.getElementById('dashboard')).render(<Dashboard />);
