using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.CommandLine;

/// <summary>Which SQLite runs is a setting; a process has one, so each is a process of its own.</summary>
public sealed class SqliteLibraryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("bundled", "false")]
    [InlineData("system", "true")]
    public async Task The_SQLite_that_is_asked_for_runs(string setting, string isSystem)
    {
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            new Dictionary<string, string>
            {
                ["SILLAGE_SQLITE"] = setting,
                ["SILLAGE_LOGGING__LOGLEVEL__DEFAULT"] = "Information",
            }
        );
        (await server.StopAsync()).ShouldBe(0);

        server.Errors.ShouldContain($"\"FromSystem\":{isSystem}");
    }

    public void Dispose() => _folder.Dispose();
}
