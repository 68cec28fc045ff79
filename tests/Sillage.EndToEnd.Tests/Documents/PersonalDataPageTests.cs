using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>The page on personal data names every table, and every column that says something of a person.</summary>
public sealed partial class PersonalDataPageTests : IDisposable
{
    // What a column is called that holds somebody, or what somebody wrote or did.
    private static readonly string[] Telling =
    [
        "account",
        "account_id",
        "actor",
        "arguments",
        "author",
        "body",
        "bytes",
        "data",
        "details",
        "display_name",
        "email",
        "follower",
        "note",
        "number",
        "owner",
        "participant",
        "part",
        "password_hash",
        "payload",
        "pseudonym",
        "reply",
        "reporter",
        "sender",
        "session",
        "session_id",
        "settled_by",
        "subject",
        "user_agent",
        "username",
    ];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Every_table_stands_there_with_what_it_says_of_people()
    {
        await using (var server = await SillageServer.StartAsync(_folder.Path, ApiClient.AdministratorSettings))
        {
            await server.StopAsync();
        }

        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/reference/personal-data.md"));
        var rows = page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(Names);
        var told = rows.ToDictionary(names => names[0], names => names.Skip(1).ToHashSet());
        var without = Names(page[page.IndexOf("Nothing of people", StringComparison.Ordinal)..]);
        var missing = new List<string>();
        var tables = await TablesAsync();
        foreach (var (table, columns) in tables)
        {
            var telling = columns.Where(Telling.Contains).ToList();
            if (told.TryGetValue(table, out var named))
            {
                missing.AddRange(
                    telling.Where(column => !named.Contains(column)).Select(column => $"{table}: {column}")
                );
            }
            else if (!without.Contains(table) || telling.Count > 0)
            {
                missing.Add($"{table}: {string.Join(", ", telling)}");
            }
        }

        missing.ShouldBeEmpty();
        // Of PostgreSQL alone.
        told.Keys.Concat(without)
            .Where(name => name != "accounts.change" && name.Contains("s.", StringComparison.Ordinal))
            .Except(tables.Keys)
            .ShouldBeEmpty("stands there and is no more");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Dictionary<string, List<string>>> TablesAsync()
    {
        var tables = new Dictionary<string, List<string>>();
        foreach (var file in Directory.EnumerateFiles(_folder["data"], "*.db"))
        {
            await using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = """
                SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
                WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'sillage_migration'
                """;
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var table = reader.GetString(0);
                var name = table.StartsWith("sillage_", StringComparison.Ordinal)
                    ? table
                    : $"{Path.GetFileNameWithoutExtension(file)}.{table}";
                tables.TryAdd(name, []);
                tables[name].Add(reader.GetString(1));
            }
        }

        return tables;
    }

    private static List<string> Names(string text) =>
        [.. Code().Matches(text).Select(match => match.Groups["name"].Value)];

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Code();
}
