using System.Text.Json;
using System.Text.Json.Serialization;
using Sillage.Storage.Migrations;

namespace Sillage.Storage.Backup;

/// <summary>What a backup says of itself: <c>manifest.json</c>, the archive's last entry.</summary>
/// <param name="Format">The version of this form.</param>
/// <param name="Program">The version of the program that wrote it.</param>
/// <param name="Engine">The engine that the data comes from, and can go to.</param>
/// <param name="CreatedAt">The moment that the data shows.</param>
/// <param name="Modules">Each module's data.</param>
internal sealed record BackupManifest(
    int Format,
    string Program,
    SqlDialect Engine,
    DateTimeOffset CreatedAt,
    IReadOnlyList<BackupModule> Modules
)
{
    /// <summary>1: one file a module on SQLite. 2: a module may have a companion's file with it.</summary>
    public const int CurrentFormat = 2;
    public const int OldestFormat = 1;

    public const string EntryName = "manifest.json";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Options);

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="JsonException">It is not of this form.</exception>
    public static BackupManifest? FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<BackupManifest>(json, Options);
}

/// <summary>One module's part of a backup.</summary>
/// <param name="Name">The module's name.</param>
/// <param name="Migrations">The scripts that its database had applied.</param>
/// <param name="Entries">The archive's entries that hold its data.</param>
/// <param name="Sequences">Where its sequences stood (PostgreSQL).</param>
internal sealed record BackupModule(
    string Name,
    IReadOnlyList<AppliedMigration> Migrations,
    IReadOnlyList<BackupEntry> Entries,
    IReadOnlyList<BackupSequence> Sequences
);

/// <summary>One entry of the archive.</summary>
/// <param name="Path">Its name in the archive.</param>
/// <param name="Length">Its length in bytes, uncompressed.</param>
/// <param name="Sha256">The hash of those bytes, in hex.</param>
/// <param name="Table">The table that it holds (PostgreSQL).</param>
/// <param name="Columns">The columns, in the order of the data (PostgreSQL).</param>
internal sealed record BackupEntry(
    string Path,
    long Length,
    string Sha256,
    string? Table = null,
    IReadOnlyList<string>? Columns = null
);

/// <summary>Where a sequence stood.</summary>
internal sealed record BackupSequence(string Name, long LastValue, bool IsCalled);
