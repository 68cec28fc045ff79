using System.Text;
using Shouldly;
using Sillage.Schema;
using Sillage.Traces.Tally;
using Xunit;

namespace Sillage.Traces.Tests.Tally;

public sealed class FieldValuesTests
{
    private static readonly FieldRules Rules = new(
        [
            new FieldDefinition("text", FieldType.String),
            new FieldDefinition("integer", FieldType.Integer),
            new FieldDefinition("number", FieldType.Number),
            new FieldDefinition("boolean", FieldType.Boolean),
            new FieldDefinition("time", FieldType.Timestamp),
            new FieldDefinition("json", FieldType.Json),
        ],
        UnknownFields.Keep
    );

    [Theory]
    [InlineData("""{"text":"loops"}""", "text", "\"loops\"")]
    [InlineData("""{"text":""}""", "text", "\"\"")]
    [InlineData("""{"text":"\u006coops"}""", "text", "\"loops\"")]
    [InlineData("""{"text":"\/"}""", "text", "\"/\"")]
    [InlineData("""{"text":"\"\\\n\u00e9"}""", "text", "\"\\\"\\\\\\u000aé\"")]
    [InlineData("""{"text":"\ud83d\ude00"}""", "text", "\"😀\"")]
    [InlineData("""{"integer":7}""", "integer", "7")]
    [InlineData("""{"integer":-0}""", "integer", "0")]
    [InlineData("""{"number":1}""", "number", "1")]
    [InlineData("""{"number":1.0}""", "number", "1")]
    [InlineData("""{"number":1e0}""", "number", "1")]
    [InlineData("""{"number":10e-1}""", "number", "1")]
    [InlineData("""{"number":-0.0}""", "number", "0")]
    [InlineData("""{"number":1.50}""", "number", "1.5")]
    [InlineData("""{"number":1e18}""", "number", "1000000000000000000")]
    [InlineData("""{"number":1e300}""", "number", "1E+300")]
    [InlineData("""{"boolean":true}""", "boolean", "true")]
    public void Each_value_has_one_spelling(string data, string field, string literal) =>
        Read(data).ShouldBe([(field, literal)]);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"text":null,"integer":null}""")]
    [InlineData("""{"other":"x","json":{"text":"x"},"time":"2026-11-20T09:30:00Z"}""")]
    [InlineData("""{"text":7,"integer":"7","number":true,"boolean":"true"}""")]
    public void What_is_no_value_of_a_field_that_is_counted_is_left_out(string data) => Read(data).ShouldBeEmpty();

    [Fact]
    public void A_long_text_is_no_category()
    {
        Read($$"""{"text":"{{new string('x', 198)}}"}""").ShouldHaveSingleItem().Literal.Length.ShouldBe(200);
        Read($$"""{"text":"{{new string('x', 199)}}"}""").ShouldHaveSingleItem().Literal.ShouldBeEmpty();
        // What was made of a long one does not stay behind.
        var values = new FieldValues(Rules);
        values.Read("""{"text":"\u0061"}"""u8, (_, _) => { });
        string? next = null;
        values.Read("""{"number":2.50}"""u8, (_, literal) => next = Encoding.UTF8.GetString(literal));
        next.ShouldBe("2.5");
    }

    [Fact]
    public void Fields_in_any_order_are_found()
    {
        Read("""{"boolean":false,"more":{"a":[1]},"integer":3,"text":"x"}""")
            .ShouldBe([("boolean", "false"), ("integer", "3"), ("text", "\"x\"")]);
    }

    private static List<(string Field, string Literal)> Read(string data)
    {
        var found = new List<(string, string)>();
        new FieldValues(Rules).Read(
            Encoding.UTF8.GetBytes(data),
            (rule, literal) => found.Add((Rules.Rules[rule].Name, Encoding.UTF8.GetString(literal)))
        );
        return found;
    }
}
