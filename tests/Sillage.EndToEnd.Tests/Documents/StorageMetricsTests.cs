using System.Text.RegularExpressions;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>The reference of storage lists the metrics that there are: each is at <c>/metrics</c> before anything was counted.</summary>
public sealed partial class StorageMetricsTests(SharedServer shared)
{
    [Fact]
    public async Task Every_metric_of_storage_is_in_the_reference_and_at_metrics()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/reference/storage.md"));
        using var api = ApiClient.Basic(shared.Server, ApiClient.Administrator, ApiClient.Password);

        var there = Types()
            .Matches(await api.Client.GetStringAsync("/metrics"))
            .Select(match => Plain(match.Groups["name"].Value))
            .Distinct();

        there.ShouldBe(Rows().Matches(page).Select(match => Plain(match.Groups["name"].Value)), ignoreOrder: true);
    }

    // Prometheus's names end in the unit and the kind, which the reference has in columns of their own.
    private static string Plain(string name) =>
        name.Replace('.', '_')
            .Replace("_seconds", "", StringComparison.Ordinal)
            .Replace("_total", "", StringComparison.Ordinal);

    [GeneratedRegex("^# TYPE (?<name>sillage_storage_[a-z_]+) ", RegexOptions.Multiline, 1000)]
    private static partial Regex Types();

    [GeneratedRegex(@"^\| `(?<name>sillage\.storage\.[a-z.]+)` \|", RegexOptions.Multiline, 1000)]
    private static partial Regex Rows();
}
