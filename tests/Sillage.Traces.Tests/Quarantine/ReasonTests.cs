using Shouldly;
using Sillage.Api.Problems;
using Sillage.Traces.Intake;
using Xunit;

namespace Sillage.Traces.Tests.Quarantine;

/// <summary>What makes two rejections one reason, and what two.</summary>
public sealed class ReasonTests
{
    [Fact]
    public void The_place_in_a_list_makes_no_other_reason() =>
        CodeOf("/data/answers/3/text").ShouldBe(CodeOf("/data/answers/17/text"));

    [Fact]
    public void The_order_and_number_of_faults_make_no_other_reason() =>
        Reason
            .CodeOf([new FieldError("/a", "x"), new FieldError("/b/1", "y"), new FieldError("/b/2", "y")])
            .ShouldBe(Reason.CodeOf([new FieldError("/b/0", "y"), new FieldError("/a", "x")]));

    [Fact]
    public void Where_JSON_breaks_off_makes_no_other_reason() =>
        CodeOf("", "Not valid JSON at byte 7: 'o' is an invalid start of a value.")
            .ShouldBe(CodeOf("", "Not valid JSON at byte 12: Expected depth to be zero."));

    [Fact]
    public void Another_field_another_fault_and_one_fault_more_make_another_reason()
    {
        var code = CodeOf("/data/room");
        code.ShouldMatch("^[0-9a-f]{12}$");
        CodeOf("/data/rooms").ShouldNotBe(code);
        CodeOf("/data/room1").ShouldNotBe(CodeOf("/data/room2"));
        CodeOf("/data/room", "At most 80 characters.").ShouldNotBe(code);
        Reason.CodeOf([new FieldError("/data/room", Fault), new FieldError("/name", Fault)]).ShouldNotBe(code);
    }

    private const string Fault = "At most 20 characters.";

    private static string CodeOf(string pointer, string detail = Fault) =>
        Reason.CodeOf([new FieldError(pointer, detail)]);
}
