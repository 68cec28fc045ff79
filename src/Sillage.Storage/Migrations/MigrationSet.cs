using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Sillage.Storage.Migrations;

/// <summary>One numbered script.</summary>
/// <param name="Number">From 1 up; the order in which scripts are applied.</param>
/// <param name="Name">What the file is called after its number.</param>
/// <param name="Text">Its statements.</param>
internal sealed record Migration(long Number, string Name, string Text)
{
    /// <summary>
    /// The line at which a script is divided. What stands above is committed by itself, before what stands below and the
    /// record that the script was applied; a crash in between has it run again. For what must be safely in one file before
    /// it goes from another.
    /// </summary>
    private const string Division = "\n-- The above is committed before the below.\n";

    private readonly string[] _parts = Text.ReplaceLineEndings("\n").Split(Division, 2);

    /// <summary>The part that is committed first, and may run twice; null in a script that is not divided.</summary>
    public string? Preparation => _parts.Length == 2 ? _parts[0] : null;

    /// <summary>The part that is committed with the record that the script was applied.</summary>
    public string Change => _parts[^1];

    /// <summary>SHA-256 of the text, in hex; line endings do not count, since a checkout may change them.</summary>
    public string Checksum { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text.ReplaceLineEndings("\n"))));
}

/// <summary>The scripts of one owner (storage itself, or a module), in order.</summary>
internal sealed record MigrationSet(string Owner, IReadOnlyList<Migration> Scripts)
{
    /// <summary>The owner's name of storage's own tables.</summary>
    public const string StorageOwner = "storage";

    /// <summary>Storage's own scripts, which every module's database has first.</summary>
    public static MigrationSet Storage(SqlDialect dialect) =>
        FromAssembly(StorageOwner, typeof(MigrationSet).Assembly, dialect);

    /// <summary>The scripts embedded as <c>Migrations/Sqlite/0001_name.sql</c> and <c>Migrations/Postgres/0001_name.sql</c>.</summary>
    /// <exception cref="MigrationException">A name is not of that form, or a number is there twice.</exception>
    public static MigrationSet FromAssembly(string owner, Assembly assembly, SqlDialect dialect)
    {
        var folder = $".Migrations.{dialect}.";
        var scripts = assembly
            .GetManifestResourceNames()
            .Where(name =>
                name.Contains(folder, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal)
            )
            .Select(name =>
                Read(assembly, name, name[(name.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..^4])
            )
            .OrderBy(script => script.Number)
            .ToArray();
        var twice = scripts.GroupBy(script => script.Number).FirstOrDefault(group => group.Skip(1).Any());
        return twice is null
            ? new MigrationSet(owner, scripts)
            : throw new MigrationException($"Two migrations of {owner} have the number {twice.Key:0000}.");
    }

    private static Migration Read(Assembly assembly, string resource, string file)
    {
        var underscore = file.IndexOf('_', StringComparison.Ordinal);
        if (
            underscore < 1
            || !long.TryParse(file[..underscore], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        )
        {
            throw new MigrationException($"The migration {resource} is not called like 0001_name.sql.");
        }

        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return new Migration(number, file[(underscore + 1)..], reader.ReadToEnd());
    }
}
