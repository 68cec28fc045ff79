using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Traces.Export;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Codebooks;

/// <summary>Says what is in the columns of the export.</summary>
internal static class ReadCodebook
{
    public static void Map(RouteGroupBuilder study) =>
        study
            .MapGet("/codebook", Handle)
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .WithSummary("Read the codebook")
            .WithDescription(
                """
                Every column of the CSV export with its type and meaning, how many traces have it and how many do not, the
                range that was seen, and the values where there are no more than 20; as JSON, XML or CSV (`Accept: text/csv` or
                `?format=csv`). Fields that are left out for readers are not in it, of masked ones it tells tokens. Needs the
                right `read`.

                Everything is counted when it is asked for, a few hundred thousand traces a second, and kept for a minute as
                long as no trace comes in.
                """
            )
            .WithQuery("format", CsvChoice.Description, "csv")
            .WithQuery(
                "decimalMark",
                "For CSV: comma writes numbers with a comma and parts cells by semicolons. Default point.",
                "comma"
            )
            .WithQuery("bom", ExportOptions.BomDescription, "true")
            .WithReplyExample(Codebook.Example)
            .Produces<Codebook>(StatusCodes.Status200OK, "application/json", "application/xml", "text/csv")
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> Handle(HttpContext http, Study study, KeptCodebooks codebooks)
    {
        var csv = CsvChoice.IsWanted(http.Request);
        var errors = new List<FieldError>();
        var comma = !ExportOptions.Choose(http.Request, "decimalMark", "point", "comma", errors);
        if (comma && !csv)
        {
            errors.Add(new FieldError("?decimalMark", "JSON has the decimal point only: leave it out, or take CSV."));
        }

        var bom = ExportOptions.ReadBom(http.Request, csv, errors);
        if (errors.Count > 0)
        {
            return Problem.BadRequest("The codebook is not possible like this.", errors);
        }

        var codebook = await codebooks.GetAsync(study, http.RequestAborted);
        if (!csv)
        {
            return Reply.Ok(codebook);
        }

        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{study.Slug}_codebook.csv\"";
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Bytes(CodebookCsv.Write(codebook, comma, bom), CsvChoice.ContentType);
    }
}
