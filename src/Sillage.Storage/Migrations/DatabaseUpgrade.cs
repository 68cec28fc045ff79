namespace Sillage.Storage.Migrations;

/// <summary>What a start did to a database that an older program had left.</summary>
/// <param name="Database">The module's database.</param>
/// <param name="From">The version that last changed it; null if that was before versions were noted.</param>
/// <param name="Scripts">The scripts that were applied, in order.</param>
public sealed record DatabaseUpgrade(string Database, string? From, IReadOnlyList<string> Scripts);
