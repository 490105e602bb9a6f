<?xml version="1.0" encoding="utf-8"?>
<!-- Makes PSAutodiff.types.ps1xml of Types.xml. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="xml" indent="yes" encoding="utf-8" />

  <xsl:template match="Types">
    <Types>
      <xsl:apply-templates select="Type" />
      <!-- What the dead are brought to life by, whatever they were: PowerShell looks up each type that is named, at every import. -->
      <Type>
        <Name>PSAutodiff.SerializedText</Name>
        <TypeConverter><TypeName>PSAutodiff.SerializedTextConverter</TypeName></TypeConverter>
      </Type>
    </Types>
  </xsl:template>

  <!-- A type, and what it is while it is dead. -->
  <xsl:template match="Type">
    <Type>
      <Name>PSAutodiff.<xsl:value-of select="@Name" /></Name>
      <Members>
        <xsl:if test="not(@Json = 'own')">
          <CodeMethod>
            <Name>ToJson</Name>
            <CodeReference><TypeName>PSAutodiff.SerializedText</TypeName><MethodName>ToJson</MethodName></CodeReference>
          </CodeMethod>
        </xsl:if>
        <xsl:copy-of select="*" />
        <xsl:if test="not(@Text = 'instance')">
          <CodeProperty IsHidden="true">
            <Name>SerializedText</Name>
            <GetCodeReference><TypeName>PSAutodiff.SerializedText</TypeName><MethodName>Get</MethodName></GetCodeReference>
          </CodeProperty>
          <MemberSet>
            <Name>PSStandardMembers</Name>
            <Members>
              <NoteProperty><Name>SerializationMethod</Name><Value>SpecificProperties</Value></NoteProperty>
              <PropertySet><Name>PropertySerializationSet</Name><ReferencedProperties><Name>SerializedText</Name></ReferencedProperties></PropertySet>
              <xsl:if test="@Shows">
                <PropertySet>
                  <Name>DefaultDisplayPropertySet</Name>
                  <ReferencedProperties><xsl:call-template name="names"><xsl:with-param name="text" select="@Shows" /></xsl:call-template></ReferencedProperties>
                </PropertySet>
              </xsl:if>
            </Members>
          </MemberSet>
        </xsl:if>
      </Members>
      <TypeConverter><TypeName>PSAutodiff.SerializedTextConverter</TypeName></TypeConverter>
    </Type>
    <Type>
      <Name>Deserialized.PSAutodiff.<xsl:value-of select="@Name" /></Name>
      <Members>
        <MemberSet>
          <Name>PSStandardMembers</Name>
          <Members><NoteProperty><Name>TargetTypeForDeserialization</Name><Value>PSAutodiff.SerializedText</Value></NoteProperty></Members>
        </MemberSet>
      </Members>
    </Type>
  </xsl:template>

  <!-- An element for each of the names in a text. -->
  <xsl:template name="names">
    <xsl:param name="text" />
    <Name><xsl:value-of select="substring-before(concat($text, ' '), ' ')" /></Name>
    <xsl:if test="contains($text, ' ')">
      <xsl:call-template name="names"><xsl:with-param name="text" select="substring-after($text, ' ')" /></xsl:call-template>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
