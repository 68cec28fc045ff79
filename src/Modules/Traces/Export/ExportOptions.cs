using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;

namespace Sillage.Traces.Export;

/// <summary>How an export is to be written.</summary>
internal sealed partial record ExportOptions
{
    /// <summary>What the option is for.</summary>
    public const string BomDescription =
        "For CSV: true begins the file with a byte order mark, by which spreadsheets know that it is UTF-8. Default false.";

    public bool Csv { get; init; } = true;

    public bool Gzip { get; init; }

    public bool KeepFormulas { get; init; }

    public bool DecimalComma { get; init; }

    /// <summary>Whether a byte order mark comes first.</summary>
    public bool Bom { get; init; }

    /// <summary>The zone that times are written in; null for UTC and no column of local times.</summary>
    public TimeZoneInfo? Zone { get; init; }

    /// <summary>Whether there is a column of timestamps in which the error of the sender's clock is taken off.</summary>
    public bool Corrected { get; init; }

    /// <summary>Whether participants are named, and marked fields shown as they are.</summary>
    public bool Identities { get; init; }

    /// <summary>Describes the options of an export of traces.</summary>
    public static TBuilder Describe<TBuilder>(TBuilder routes)
        where TBuilder : IEndpointConventionBuilder =>
        DescribeTable(
            routes
                .WithQuery("format", "csv (the default) or ndjson.", "csv")
                .WithQuery(
                    "corrected",
                    "true: with a column `corrected_timestamp` (`correctedTimestamp` in NDJSON), in which the estimated error of the sender's clock is taken off. Default false.",
                    "true"
                )
        );

    /// <summary>Describes the options of every table.</summary>
    public static TBuilder DescribeTable<TBuilder>(TBuilder routes)
        where TBuilder : IEndpointConventionBuilder =>
        routes
            .WithQuery("formulas", "keep: leave texts that look like formulas as they are. Default guard.", "keep")
            .WithQuery(
                "timeZone",
                "For CSV: an IANA zone. All times but `timestamp` itself are written in it, with its offset; traces have a column `local_time` then. Default UTC.",
                "Europe/Paris"
            )
            .WithQuery(
                "decimalMark",
                "For CSV: comma writes numbers with a comma and parts cells by semicolons, for R's read.csv2 and many spreadsheets. Default point.",
                "comma"
            )
            .WithQuery("bom", BomDescription, "true")
            .WithQuery("compress", "gzip: as a .gz file. Default none.", "gzip");

    /// <summary>Reads the options from the query.</summary>
    /// <exception cref="ProblemException">400 with all that is wrong.</exception>
    public static ExportOptions Read(HttpRequest request)
    {
        var errors = new List<FieldError>();
        var csv = Choose(request, "format", "csv", "ndjson", errors);
        var comma = !Choose(request, "decimalMark", "point", "comma", errors);
        var zone = ReadZone(request, errors);
        if (!csv && comma)
        {
            errors.Add(new FieldError("?decimalMark", "JSON has the decimal point only: leave it out, or take CSV."));
        }

        if (!csv && zone is not null)
        {
            errors.Add(new FieldError("?timeZone", "NDJSON has its times in UTC: leave it out, or take CSV."));
        }

        var bom = ReadBom(request, csv, errors);
        var options = new ExportOptions
        {
            Csv = csv,
            Bom = bom,
            DecimalComma = comma,
            Zone = zone,
            KeepFormulas = !Choose(request, "formulas", "guard", "keep", errors),
            Corrected = !Choose(request, "corrected", "false", "true", errors),
            Gzip = !Choose(request, "compress", "none", "gzip", errors),
        };
        return errors.Count == 0
            ? options
            : throw new ProblemException(Problem.BadRequest("The export is not possible like this.", errors));
    }

    /// <summary>Whether a byte order mark is asked for.</summary>
    public static bool ReadBom(HttpRequest request, bool csv, List<FieldError> errors)
    {
        var bom = !Choose(request, "bom", "false", "true", errors);
        if (bom && !csv)
        {
            errors.Add(new FieldError("?bom", "JSON has no byte order mark: leave it out, or take CSV."));
        }

        return bom;
    }

    /// <summary>Whether a parameter of two values has the usual one.</summary>
    public static bool Choose(HttpRequest request, string name, string usual, string other, List<FieldError> errors)
    {
        var value = request.Query[name].ToString();
        if (value.Length > 0 && value != usual && value != other)
        {
            errors.Add(new FieldError("?" + name, $"{usual} or {other}."));
        }

        return value.Length == 0 || value == usual;
    }

    /// <summary>Sets what the reply's headers say of the file.</summary>
    /// <param name="response">The reply.</param>
    /// <param name="name">What the file's name begins with; the day and the extension follow.</param>
    /// <param name="clock">Tells the day.</param>
    public void SetHeaders(HttpResponse response, string name, TimeProvider clock)
    {
        var date = clock.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var extension = (Csv ? ".csv" : ".ndjson") + (Gzip ? ".gz" : "");
        response.ContentType =
            Gzip ? "application/gzip"
            : Csv ? "text/csv; charset=utf-8; header=present"
            : "application/x-ndjson";
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}_{date}{extension}\"";
        response.Headers.CacheControl = "no-store";
    }

    private static TimeZoneInfo? ReadZone(HttpRequest request, List<FieldError> errors)
    {
        var name = request.Query["timeZone"].ToString();
        if (name.Length == 0)
        {
            return null;
        }

        var zone = FindZone(name);
        if (zone is null)
        {
            errors.Add(new FieldError("?timeZone", ZoneExpected));
        }

        return zone;
    }

    /// <summary>What is asked for where a zone is not found, for error messages.</summary>
    public const string ZoneExpected =
        "The name of a zone in the IANA time zone database, such as Europe/Paris or UTC.";

    /// <summary>The zone of the IANA time zone database that has this name.</summary>
    /// <returns>Null if there is none.</returns>
    public static TimeZoneInfo? FindZone(string name) =>
        // The system's own names for zones, where it has any, are not the same everywhere.
        ZoneName().IsMatch(name)
        && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
        && zone is { HasIanaId: true }
            ? zone
            : null;

    [GeneratedRegex(
        @"\A[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+){0,2}\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ZoneName();
}
