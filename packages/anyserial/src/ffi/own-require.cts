// The twin of own-require.ts for test runners that make CommonJS of every module, Jest first of all.

module.exports = { ownRequires: (): NodeJS.Require[] => [require] };
