using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>Cells that a spreadsheet would run, in every table that the server gives.</summary>
public sealed class SpreadsheetTests(SharedServer shared)
{
    private static readonly string[] Formulas =
    [
        "=1+1",
        "=HYPERLINK(\"http://127.0.0.1/?\"&A1,\"click\")",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-1+1",
        "@SUM(1,1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        // As wide as a Chinese or Japanese keyboard makes them; spreadsheets take these for the same.
        "\uFF1D1+1",
        "\uFF0B1",
        "\uFF0D1",
        "\uFF20SUM(1)",
    ];

    [Theory]
    [InlineData("/api/v1/studies/{0}/traces/export", 5)]
    [InlineData("/{0}/api/v1/utils/export/logs", 5)]
    [InlineData("/api/v1/studies/{0}/sessions/export", 1)]
    public async Task Begin_with_an_apostrophe(string table, int times)
    {
        var cells = await ReadAsync(table);
        cells.Where(cell => Formulas.Contains(cell)).ShouldBeEmpty();
        foreach (var formula in Formulas)
        {
            cells.Count(cell => cell == "'" + formula).ShouldBeGreaterThanOrEqualTo(times, formula);
        }
    }

    [Fact]
    public async Task Begin_with_an_apostrophe_where_they_are_the_first_of_many_in_a_cell()
    {
        var cells = await ReadAsync("/api/v1/studies/{0}/codebook?format=csv");
        cells
            .Where(cell => Formulas.Any(formula => cell.StartsWith(formula, StringComparison.Ordinal)))
            .ShouldBeEmpty();
        cells.ShouldContain(cell =>
            Formulas.Any(formula => cell.StartsWith($"'{formula} (1) | ", StringComparison.Ordinal))
        );
    }

    /// <summary>The cells of a table of a study in which every text of every trace is a formula.</summary>
    private async Task<List<string>> ReadAsync(string table)
    {
        var study = $"sheet-{Guid.CreateVersion7():n}";
        using var admin = await ApiClient.LogInAsync(shared.Server);
        await admin.MakeStudyAsync(study, 1);
        foreach (var formula in Formulas)
        {
            await admin.PostAsync(
                $"/api/v1/studies/{study}/traces",
                new
                {
                    participant = 1,
                    timestamp = "2026-03-02T10:00:00Z",
                    session = formula,
                    name = formula,
                    sequence = 1,
                    data = new
                    {
                        room = formula,
                        roomName = formula,
                        actionNature = formula,
                        actionType = formula,
                        userAnswer = formula,
                        userError = formula,
                        more = formula,
                    },
                }
            );
        }

        var csv = await admin.Client.GetStringAsync(string.Format(null, table, study));

        return [.. Csv.Read(csv).Skip(1).SelectMany(row => row)];
    }
}
