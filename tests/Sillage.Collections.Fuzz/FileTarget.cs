using Sillage.Api.Problems;
using Sillage.Collections.Records;
using Sillage.Collections.Stored;
using static Sillage.Specifications.Fuzzing.FuzzTarget;

namespace Sillage.Collections.Fuzz;

/// <summary>A file of records is read or refused, and so is each of its rows; what is read can be stored and comes out as it was stored.</summary>
internal static class FileTarget
{
    private static readonly FoundCollection Found = new(KnownThings.Known, KnownThings.Student);

    public static void Run(byte[] input)
    {
        foreach (var form in Enum.GetValues<RowsForm>())
        {
            try
            {
                foreach (var (record, line) in RowsBody.Read(input, form, Found))
                {
                    Expect(line >= 1, "a line before the first");
                    Read(record, form == RowsForm.Csv);
                }
            }
            catch (ProblemException e)
            {
                Expect(e.Problem.Status is 400 or 413, $"{e.Problem.Status}");
            }
        }
    }

    private static void Read(System.Text.Json.JsonElement record, bool isText)
    {
        try
        {
            var data = new RecordReader(KnownThings.Plan, KnownThings.Student, isText).New(record);
            var again = RecordData.Read(KnownThings.Plan, System.Text.Encoding.UTF8.GetBytes(data.Write()));
            foreach (var field in KnownThings.Plan.Fields)
            {
                Expect(RecordData.Same(data[field], again[field]), $"{field.Name} is not what was stored");
                Expect(data.Shown(field).GetRawText().Length > 0, "nothing is shown");
            }
        }
        catch (ProblemException e)
        {
            Expect(e.Problem.Errors is { Count: > 0 }, "no place is told");
        }
    }
}
