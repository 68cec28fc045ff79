using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Hosting.Health;
using Sillage.Hosting.Verbs;
using Spectre.Console;

namespace Sillage.Verbs;

/// <summary><c>sillage status</c>: how servers are, as each says at <c>/health</c>.</summary>
internal static class Status
{
    private const string Default = "http://localhost:8000";

    private const string Whole = "all together";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var addresses = new Argument<string[]>("ADDRESS")
        {
            Description = $"Where the servers are; a gateway tells of all its services. Default {Default}.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var verb = new Verb(
            "status",
            "Ask servers how they are and list what each checks: healthy, degraded (it works, but not as it should) or unhealthy. "
                + "Ends with 0 if all of them work, with 2 if one is unhealthy or does not answer within 5 seconds.",
            ("sillage status", "the server of this machine"),
            ("sillage status http://10.0.0.5:8000 http://10.0.0.6:8000", "two processes of a deployment")
        )
        {
            addresses,
        };
        verb.SetAction(
            async (parsed, ct) =>
            {
                var asked = parsed.GetValue(addresses) is { Length: > 0 } given ? given : [Default];
                var roots = asked.Select(RootOf).ToList();
                using var client = new HttpClient { Timeout = Patience };
                var reports = await Task.WhenAll(roots.Select(root => AskAsync(client, root, ct)));
                var terminal = Terminal.Create();
                foreach (var (address, report) in asked.Zip(reports))
                {
                    Show(terminal, address, report);
                }

                return reports.All(report => report.Works) ? ExitCode.Done : ExitCode.Expected;
            }
        );
        return verb;
    }

    private static Uri RootOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var root)
        && (root.Scheme == Uri.UriSchemeHttp || root.Scheme == Uri.UriSchemeHttps)
            ? new Uri(root, "/health")
            : throw new VerbException($"{address} is no address of a server; such as {Default}.");

    private static async Task<Heard> AskAsync(HttpClient client, Uri root, CancellationToken ct)
    {
        try
        {
            // 503 has a report as well.
            using var reply = await client.GetAsync(root, ct);
            var report = JsonSerializer.Deserialize<HealthReport>(
                await reply.Content.ReadAsStringAsync(ct),
                Json.Options
            );
            return report?.Checks is null
                ? new Heard(null, "does not answer as Sillage does")
                : new Heard(report, null);
        }
        catch (HttpRequestException exception)
        {
            return new Heard(null, $"does not answer: {exception.Message.TrimEnd('.')}");
        }
        catch (JsonException)
        {
            return new Heard(null, "does not answer as Sillage does");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new Heard(null, "does not answer within 5 seconds");
        }
    }

    private static void Show(IAnsiConsole terminal, string address, Heard heard)
    {
        terminal.MarkupLineInterpolated($"[bold]{address}[/]");
        if (heard.Report is not { } report)
        {
            terminal.MarkupLineInterpolated($"  [red]{heard.Silence!}[/]");
            return;
        }

        var longest = report.Checks.Keys.Append(Whole).Max(name => name.Length);
        Line(terminal, Whole.PadRight(longest), report.Status, report.DurationMilliseconds);
        foreach (
            var (name, check) in report
                .Checks.OrderByDescending(c => c.Value.Status)
                .ThenBy(c => c.Key, StringComparer.Ordinal)
        )
        {
            Line(terminal, name.PadRight(longest), check.Status, check.DurationMilliseconds);
        }
    }

    private static void Line(IAnsiConsole terminal, string name, HealthState state, double milliseconds)
    {
        var colour = state switch
        {
            HealthState.Healthy => "green",
            HealthState.Degraded => "yellow",
            _ => "red",
        };
        var time = milliseconds.ToString("0.0", CultureInfo.InvariantCulture);
        terminal.MarkupLine(
            $"  {Markup.Escape(name)}  [{colour}]{state.ToString().ToLowerInvariant(), -9}[/]  {time, 8} ms"
        );
    }

    private sealed record Heard(HealthReport? Report, string? Silence)
    {
        public bool Works => Report is { Status: not HealthState.Unhealthy };
    }
}
