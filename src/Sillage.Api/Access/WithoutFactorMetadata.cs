namespace Sillage.Api.Access;

/// <summary>Marks what somebody may do whose role needs a second factor and who has none yet: set one up, log out.</summary>
public sealed class WithoutFactorMetadata;
